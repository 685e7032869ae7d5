import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { pinDkim } from '#editions/dkim-store.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import { reasonOf } from '#errors.ts'
import type { Dkim } from '#mail/dkim/dkim.ts'
import type { Stamp } from '../claim-store.ts'
import { type EditionForm, isAsApproved, openForm } from '../reader-mail.ts'

/** Two lanes that take turns between two editions each. */
const KEPT = 4

/**
 * Editions compiled for this process, so that a claim reads a stamp and not a whole edition. A form was made of what
 * was approved; a row whose stamp differs from it is never mailed from it.
 */
export class Forms {
  readonly #context: Pick<Context, 'secrets'>
  readonly #dkim: Dkim
  readonly #forms = new Map<string, EditionForm>()

  constructor(context: Pick<Context, 'secrets'>, dkim: Dkim) {
    this.#context = context
    this.#dkim = dkim
  }

  /** The form of the edition as it was approved, or why it must not be sent. */
  async open(db: Db, stamp: Stamp): Promise<EditionForm | { refused: string }> {
    if (stamp.contentHash !== stamp.approvedHash) return { refused: NOT_APPROVED }
    const key = `${stamp.editionId} ${stamp.version} ${stamp.contentHash}`
    const kept = this.#forms.get(key)
    const form = kept ?? (await this.#compile(db, stamp))
    if ('refused' in form) return form
    this.#forms.delete(key)
    this.#forms.set(key, form)
    const [oldest] = this.#forms.keys()
    if (this.#forms.size > KEPT && oldest !== undefined) this.#forms.delete(oldest)
    return form
  }

  async #compile(db: Db, { editionId }: Stamp): Promise<EditionForm | { refused: string }> {
    const edition = await getEdition(db, editionId)
    if (!isAsApproved(edition)) return { refused: NOT_APPROVED }
    try {
      const signer = this.#dkim.signerFor(await this.#pin(db, edition))
      return openForm({ ...this.#context, signer }, edition)
    } catch (error) {
      return { refused: reasonOf(error) }
    }
  }

  /** An edition released where no keys are is pinned by the first sender that claims of it. */
  async #pin(db: Db, { id, dkim, compiled }: Edition) {
    return (
      dkim ?? pinDkim(db, { editionId: id, pin: this.#dkim.pinFor(compiled.sender.fromAddress) })
    )
  }
}

const NOT_APPROVED = 'its content is not what was approved'
