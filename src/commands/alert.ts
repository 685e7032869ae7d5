import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, numberArgument } from '#commands/command.ts'
import { promiseLines } from '#commands/promise-lines.ts'
import { countAudience } from '#deliveries/plan-store.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { refuseOverLimit } from '#editions/alerts/alert-limits.ts'
import { getEdition } from '#editions/store.ts'
import { requireDuty } from '#operators/operator.ts'

export const alert: Command = {
  usage: 'alert <article> [--major] [--release [--over-limit REASON]]',
  about: 'Drafts a breaking alert of an article; --release approves and sends it at once.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        release: { type: 'boolean', default: false },
        major: { type: 'boolean', default: false },
        'over-limit': { type: 'string' },
      },
    })
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
    out.line(`alert ${editionId} (${edition.state}): ${edition.subject}`)
    if (!values.release) {
      out.line(
        `  look: daybreak digest preview ${editionId}    send: daybreak alert ${articleId} --release`,
      )
      return
    }
    if (values['over-limit'] === undefined) await refuseOverLimit(context, edition)
    await approveEdition(context, { editionId, contentHash, operatorId: house.operator.id })
    const dkimDir = context.config.dkimDir ?? join(dataDir, 'dkim')
    const promised = await sendEdition(context, { editionId, rule: 'now', dkimDir })
    const audience = await countAudience(context, editionId)
    await house.note('release alert', `edition ${editionId}`, {
      article: articleId,
      audience,
      hash: contentHash,
    })
    out.line(
      `  released to ${audience} readers${context.relay.test ? ', into the built-in inbox' : ''}`,
    )
    for (const line of promiseLines(promised)) out.line(line)
  },
}
