/** What is kept of how somebody agreed or withdrew: never an address. */
export type Witness = {
  /** Which form or link: "sign-up page", "one-click", "preferences", "import", "operator mara". */
  form: string
  /** Which words the person saw: changes with the form's text. */
  formVersion?: string
  /** The prefix of the reader's network (203.0.113.0/24, 2001:db8::/56); kept as a hash under the reader's own key. */
  network?: string
  /** Of the link that was used: sixteen characters of its hash. */
  tokenId?: string
  operatorId?: number
  apiTokenId?: number
  importId?: number
  /** When the person agreed elsewhere, as an import says. */
  statedAt?: Date
}
