import { expect, test } from 'vitest'
import { isPublicAddress } from '#articles/fetching/public-address.ts'
import { closedAddresses } from './closed-addresses.ts'

test.each([...closedAddresses, ['no address', 'news.example'], ['no address', '']])(
  '%s is not public: %s',
  (_, address) => {
    expect(isPublicAddress(address)).toBe(false)
  },
)

test.each(['8.8.8.8', '93.184.215.14', '2606:4700::1111', '2a00:1450::1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)
