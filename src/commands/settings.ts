import { type Command, tableOf } from '#commands/command.ts'
import { changeSetting, listMissingSettings, readSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'

export const settings: Command = {
  usage: 'settings [set <name> <value>]',
  about:
    'Shows or changes what the mails say of you: masthead, postal address, privacy policy and so on.',
  async run({ args, out, enter }) {
    const [verb, name, value, ...more] = args
    if (verb === undefined) {
      await using house = await enter('read')
      const { db } = house.app.context
      const missing = new Set<string>(await listMissingSettings({ db }))
      const rows = Object.entries(await readSettings({ db })).map(([setting, current]) => ({
        setting,
        value: current ?? '',
        note: missing.has(setting) ? 'an example: set your own before mail goes to readers' : '',
      }))
      for (const line of tableOf(rows)) out.line(line)
      return
    }
    if (verb !== 'set' || name === undefined || value === undefined || more.length > 0) {
      throw new Refusal('settings takes: set NAME VALUE, with a value of several words in quotes')
    }
    await using house = await enter('change settings')
    await changeSetting(house.app.context, name, value)
    await house.note('change setting', name, { value })
    out.line(`${name} is now: ${value}`)
  },
}
