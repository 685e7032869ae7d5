import type { Context as Request } from 'hono'
import type { z } from 'zod'
import { Refusal } from '#errors.ts'

/** The JSON of a request as the schema has it. @throws Refusal that names the field */
export async function readJson<Output>(
  request: Request,
  schema: z.ZodType<Output>,
): Promise<Output> {
  let input: unknown
  try {
    input = await request.req.json()
  } catch (cause) {
    throw new Refusal('the body is not JSON: send an object', { field: 'body', status: 400, cause })
  }
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new Refusal(
    `${field === '' ? 'the body' : field}: ${issue?.message ?? 'is not understood'}`,
    {
      field: field === '' ? 'body' : field,
    },
  )
}
