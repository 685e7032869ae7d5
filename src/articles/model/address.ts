const ADDRESS =
  /https?:|www\.|\b[\w-]+@[\w-]+\.|\b[\w-]+\.(?:com|org|net|info|io|biz|ru|cn|co|de|fr|xyz|top|site|online|shop|app|dev|me|tv|eu|uk)\b/i

/** A web or mail address, with its scheme or bare. */
export function hasAddress(text: string): boolean {
  return ADDRESS.test(text)
}
