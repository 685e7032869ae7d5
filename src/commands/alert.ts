import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, numberArgument, reasonArgument } from '#commands/command.ts'
import { promiseLines } from '#commands/promise-lines.ts'
import { describeStanding } from '#deliveries/approval/describe-standing.ts'
import { sendByHand } from '#deliveries/send-by-hand.ts'
import { approveEdition } from '#deliveries/send-edition.ts'
import { refuseOverLimit } from '#editions/alerts/alert-limits.ts'
import { getEdition } from '#editions/store.ts'
import { requireDuty } from '#operators/operator.ts'

export const alert: Command = {
  usage: 'alert <article> [--major] [--release [--over-limit REASON]] [--json]',
  about: 'Drafts a breaking alert of an article; --release approves and sends it at once.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        release: { type: 'boolean', default: false },
        major: { type: 'boolean', default: false },
        'over-limit': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const overLimit = reasonArgument(values['over-limit'], 'over-limit')
    const articleId = numberArgument(positionals[0], 'article')
    await using house = await enter('draft alert')
    if (values.release) requireDuty(house.operator, 'release alert')
    const { context, dataDir } = house.app
    const { draftAlert } = await import('#editions/alerts/draft-alert.ts')
    const { editionId, contentHash, made } = await draftAlert(context, {
      articleId,
      operatorId: house.operator.id,
      level: values.major ? 'major' : 'normal',
    })
    const edition = await getEdition(context.db, editionId)
    if (made) await house.note('draft alert', `edition ${editionId}`, { article: articleId })
    if (!values.release) {
      const { state, subject } = edition
      const answer = { edition: editionId, state, subject, hash: contentHash, made }
      if (values.json) return out.line(JSON.stringify(answer))
      out.line(`alert ${editionId} (${state}): ${subject}`)
      out.line(
        `  look: daybreak digest preview ${editionId}    send: daybreak alert ${articleId} --release`,
      )
      return
    }
    if (overLimit === null) await refuseOverLimit(context, edition)
    await approveEdition(context, { editionId, contentHash, operatorId: house.operator.id })
    const dkimDir = context.config.dkimDir ?? join(dataDir, 'dkim')
    const wish = { editionId, rule: 'now', overLimit, dkimDir } as const
    const { audience, estimate, warmUp } = await sendByHand(context, wish)
    await house.note('release alert', `edition ${editionId}`, {
      article: articleId,
      audience,
      hash: contentHash,
      ...(overLimit === null ? {} : { overLimit }),
    })
    if (values.json) {
      const standing = await describeStanding(context, editionId)
      return out.line(JSON.stringify({ ...standing, audience, warmUp }))
    }
    out.line(`alert ${editionId} (${edition.state}): ${edition.subject}`)
    out.line(
      `  released to ${audience} readers${context.relay.test ? ', into the built-in inbox' : ''}`,
    )
    for (const line of promiseLines({ estimate, warmUp })) out.line(line)
  },
}
