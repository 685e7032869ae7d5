import { parseArgs } from 'node:util'
import { type Command, tableOf } from '#commands/command.ts'
import { readSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { addSubscriber } from '#subscribers/sign-up.ts'
import { countSubscribers } from '#subscribers/store.ts'

export const subscribers: Command = {
  usage:
    'subscribers [add <address> … [--newsletter SLUG]… [--topic SLUG]… [--time-zone ZONE] [--language TAG]]',
  about: 'Counts the readers, or adds some whose consent you vouch for.',
  async run({ args, out, enter }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        newsletter: { type: 'string', multiple: true, default: ['daily', 'breaking'] },
        topic: { type: 'string', multiple: true, default: [] },
        'time-zone': { type: 'string' },
        language: { type: 'string' },
      },
    })
    const [verb, ...addresses] = positionals
    if (verb === undefined) {
      await using house = await enter('read')
      const counts = await countSubscribers(house.app.context.db)
      if (counts.length === 0)
        out.line('No readers yet: "daybreak subscribers add name@example.org" adds one.')
      for (const line of tableOf(
        counts.map(({ state, count }) => ({
          readers: state === 'left' ? 'unsubscribed' : state,
          count,
        })),
      ))
        out.line(line)
      return
    }
    if (verb !== 'add' || addresses.length === 0)
      throw new Refusal('subscribers takes add and at least one address')
    await using house = await enter('add readers')
    const { context } = house.app
    const set = await readSettings(context)
    for (const email of addresses) {
      const subscriber = await addSubscriber(context, {
        email,
        newsletters: values.newsletter,
        topics: values.topic,
        timeZone: values['time-zone'] ?? set.timeZone,
        language: values.language ?? set.language,
        actor: house.operator.name,
      })
      await house.note('add reader', `subscriber ${subscriber.id}`, {
        newsletters: values.newsletter,
      })
      out.line(`reader ${subscriber.id} gets ${values.newsletter.join(' and ')}`)
    }
  },
}
