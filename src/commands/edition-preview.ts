import type { Entered, Out } from '#commands/command.ts'
import { chooseBlocks, type Whose } from '#deliveries/preview/choose-blocks.ts'
import { previewOf } from '#deliveries/preview.ts'
import { sendTest } from '#deliveries/service/test-send/plan-test.ts'
import { getEdition } from '#editions/store.ts'
import { requireDuty } from '#operators/operator.ts'

type Step = { house: Entered; out: Out; editionId: number }

/** The mail of a reader or a variant, as HTML or text, for a browser or a file. */
export async function previewByHand(
  { house, out, editionId }: Step,
  { whose, text, dark, images }: { whose: Whose; text: boolean; dark: boolean; images: boolean },
): Promise<void> {
  const { context } = house.app
  if (whose.reader !== undefined) requireDuty(house.operator, 'add readers')
  const edition = await getEdition(context.db, editionId)
  const { blocks, subscriberId } = await chooseBlocks(context, edition, whose)
  // Whoever looks a person up is seen to have done so.
  if (subscriberId !== null)
    await house.note('preview as reader', `subscriber ${subscriberId}`, { edition: editionId })
  const scheme = dark ? 'dark' : undefined
  const mail = await previewOf(context, edition, { blocks, scheme, images })
  out.line(text ? mail.text : mail.html)
}

export async function testByHand(
  { house, out, editionId }: Step,
  { to, ...whose }: { to: string | undefined } & Whose,
): Promise<{ blocks: number[] }> {
  if (whose.reader !== undefined) requireDuty(house.operator, 'add readers')
  const { blocks } = await sendTest(house.app.context, {
    editionId,
    operatorId: house.operator.id,
    to,
    ...whose,
  })
  await house.note('send test', `edition ${editionId}`, { blocks, own: to === undefined })
  out.line(
    `a test of edition ${editionId} is on its way to ${to ?? 'your own address'}; it counts nowhere, and its links work for nobody`,
  )
  return { blocks }
}
