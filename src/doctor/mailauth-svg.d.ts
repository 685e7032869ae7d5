declare module 'mailauth/lib/bimi/validate-svg.js' {
  const svg: { validateSvg(logo: string): true }
  export default svg
}
