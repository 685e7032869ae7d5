export { refuseFurtherMail } from './suppression/not-me.ts'
