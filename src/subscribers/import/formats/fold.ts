/** "E-Mail Address" and "e_mail address" are one column: e_mail_address. */
export function foldName(text: string): string {
  if (text === '') return ''
  return text
    .trim()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 60)
}
