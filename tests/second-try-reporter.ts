import type { Reporter, TestCase } from 'vitest/node'

/** Names every test that passed only at its second try: on a busy machine that may be noise, but it is never hidden. */
// oxlint-disable-next-line import/no-default-export -- vitest asks for it.
export default class SecondTryReporter implements Reporter {
  readonly #names: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true)
      this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`)
  }

  onTestRunEnd(): void {
    for (const name of this.#names) process.stdout.write(`passed only at the second try: ${name}\n`)
  }
}
