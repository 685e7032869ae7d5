import type { Fetch } from '#articles/fetching/fetch.ts'
import type { Asked } from '#deliveries/preflight/run-preflight.ts'
import { runPreflight } from '#deliveries/preflight/run-preflight.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { getEdition } from '#editions/store.ts'
import type { House } from '../../house.ts'
import { NOBODY_ANSWERS } from '../../http/web-fixture.ts'
import { ensureOperator } from '../send-fixture.ts'

/** Every server answers with this. */
export function answering(status: number): Fetch {
  return async ({ url }) => ({
    status,
    url,
    headers: {},
    bytes: new Uint8Array(),
    contentType: null,
    etag: null,
    lastModified: null,
    retryAfter: null,
    maxAgeSeconds: null,
    permanentUrl: null,
  })
}

export async function lookAt(
  house: House,
  { editionId, fetch }: { editionId: number; fetch: Asked['fetch'] },
) {
  const looked = await runPreflight(house.context, {
    editionId,
    asked: { ...NOBODY_ANSWERS, fetch },
    random: () => 0.4,
    variants: 3,
  })
  const of = (name: string) => looked.findings.find((finding) => finding.check === name)
  return { ...looked, of }
}

export async function editAs(
  house: House,
  {
    editionId,
    edit,
  }: { editionId: number; edit: Parameters<typeof changeDraft>[1]['edits'][number] },
): Promise<void> {
  const { draftNumber } = await getEdition(house.db, editionId)
  await changeDraft(house.context, {
    editionId,
    draftNumber,
    edits: [edit],
    operator: { id: await ensureOperator(house), name: 'ines' },
  })
}
