import type { fitImage } from '#articles/images/fit-image.ts'
import { fitLeadImage } from '#articles/images/fit-lead-image.ts'
import type { Jobs } from '#queue/jobs.ts'

export function fitImageProcessor(needs: Parameters<typeof fitImage>[0]) {
  return async ({ articleId }: Jobs['fit-image']) => fitLeadImage(needs, articleId)
}
