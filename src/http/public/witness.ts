import { hash } from 'node:crypto'
import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import type { Witness } from '#subscribers/consent/witness.ts'
import { clientOf, networkOf } from '../client-address.ts'

/** How somebody agreed or withdrew on a page: which form, from which network, by which link. */
export function witnessOf(
  request: Request,
  { trustedProxies }: Pick<Context['config'], 'trustedProxies'>,
  { form, formVersion, token }: { form: string; formVersion?: string; token?: string },
): Witness {
  const { address } = clientOf(request, trustedProxies)
  return {
    form,
    ...(formVersion !== undefined && { formVersion }),
    ...(address !== undefined && { network: networkOf(address) }),
    ...(token !== undefined && { tokenId: hash('sha256', token, 'hex').slice(0, 16) }),
  }
}
