/** One header field as it goes on the wire in UTF-8: `line` is "Name: value", folded, without its last CRLF. */
export type HeaderField = { readonly name: string; readonly line: string }

/** Puts our DKIM signatures on a message whose fields are known one by one, so that nothing is parsed again. */
export type Signer = {
  /**
   * The DKIM-Signature fields, each ended with CRLF, to stand before all others. Fields named in `replaces` (lower
   * case) are changed by the relay and stay out. The same input gives the same signatures.
   */
  sign(
    fields: readonly HeaderField[],
    body: Buffer,
    options: { replaces: readonly string[] },
  ): string | Promise<string>
}
