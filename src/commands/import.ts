import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Call, Command, Entered, Out } from '#commands/command.ts'
import { importOptions, readImport } from '#commands/import/options.ts'
import { previewLines, resultLines } from '#commands/import/words.ts'
import { followProgress } from '#commands/import/progress.ts'
import { askImported } from '#deliveries/imported/ask-imported.ts'
import { readSettings } from '#editions/publication.ts'
import { untilToldToStop } from '#stop-signal.ts'
import { ErrorFile } from '#subscribers/import/error-file.ts'
import { type Imported, importReaders } from '#subscribers/import/import-readers.ts'
import { openSources } from '#subscribers/import/reading/source.ts'

export const importCommand: Command = {
  usage:
    'import FILE… [--newsletter SLUG]… [--topic SLUG]… [--consent "where they agreed"] [--consent-date 2024-05-01] [--map address=COLUMN]… [--topic-column COLUMN] [--suppress left|bounced|complained|blocked] [--dry-run] [--errors FILE] [--json]',
  about:
    'Takes readers over from listmonk, Mailchimp, beehiiv, Substack, Ghost or any table, those who unsubscribed first.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: importOptions,
    })
    const wanted = readImport(values, positionals, new Date())
    using stop = untilToldToStop({ endsWithParent: false })
    const { signal } = stop
    await using sources = await openSources(positionals)
    await using house = await call.enter('add readers')
    await using errors = wanted.errorFile === null ? null : await ErrorFile.create(wanted.errorFile)
    const { timeZone, language } = await readSettings(house.app.context)
    const onProgress = followProgress(process.stderr)
    const imported = await importReaders(house.app.context, {
      ...wanted,
      sources: sources.all,
      timeZone,
      language,
      operatorId: house.operator.id,
      errors,
      signal,
      onProgress,
      onPreview: (preview) => {
        if (!values.json)
          for (const line of previewLines(preview, sources.passedOver)) call.out.line(line)
      },
    })
    await tell(call.out, { house, imported, json: values.json })
    if (imported.kind !== 'looked') await ask(call, { house, imported, json: values.json, signal })
  },
}

type Answer = { house: Entered; imported: Imported; json: boolean }

async function tell(out: Call['out'], { house, imported, json }: Answer): Promise<void> {
  if (imported.kind === 'done')
    await house.note('import readers', `import ${imported.importId}`, imported.counts)
  if (json) out.line(JSON.stringify(imported))
  else for (const line of resultLines(imported)) out.line(line)
}

/** Paced, so it may take long: ended with Ctrl+C, the same command goes on with the rest. */
async function ask(
  { out }: { out: Out },
  {
    house,
    imported,
    json,
    signal,
  }: Answer & { imported: { importId: number }; signal: AbortSignal },
): Promise<void> {
  const { handled, waiting } = await askImported(house.app.context, {
    importId: imported.importId,
    operatorId: house.operator.id,
    signal,
    pause: async (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
  })
  if (json || handled === 0) return
  out.line(`${handled} ${handled === 1 ? 'person is' : 'people are'} asked by mail to confirm.`)
  if (waiting > 0) out.line(`${waiting} wait to be asked: run the same command again.`)
}
