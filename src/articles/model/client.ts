import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, generateText, NoObjectGeneratedError, Output, RetryError } from 'ai'
import type { LlmConfig } from '#config.ts'
import { ANSWER } from './answer.ts'
import { type Model, MOST_ANSWER_TOKENS } from './model.ts'

const TIMEOUT_MS = 20_000
const RETRIES = 2
const MOST_BYTES = 256 * 1024

/** A model at an address that speaks as OpenAI does: text in, JSON out, no tools. */
export function openModel(
  { baseUrl, model, apiKey }: Omit<LlmConfig, 'tokensADay'>,
  { timeoutMs = TIMEOUT_MS, fetch: ask = fetch }: { timeoutMs?: number; fetch?: typeof fetch } = {},
): Model {
  const provider = createOpenAICompatible({
    name: 'llm',
    baseURL: baseUrl,
    supportsStructuredOutputs: true,
    ...(apiKey === null ? {} : { apiKey }),
    fetch: async (input, init) => {
      // A redirect would carry the key and the article to another host.
      const response = await ask(input, { ...init, redirect: 'error' })
      return limited(response)
    },
  })
  return {
    name: model,
    async ask({ system, prompt }) {
      const signal = AbortSignal.timeout(timeoutMs)
      try {
        const { output, usage } = await generateText({
          model: provider.chatModel(model),
          instructions: system,
          prompt,
          output: Output.object({ schema: ANSWER }),
          temperature: 0,
          maxOutputTokens: MOST_ANSWER_TOKENS,
          maxRetries: RETRIES,
          abortSignal: signal,
        })
        return { kind: 'answered', answer: output, tokens: usage.totalTokens ?? null }
      } catch (error) {
        const reason = signal.aborted
          ? `the model did not answer within ${timeoutMs / 1000} seconds`
          : failureOf(error)
        return { kind: 'failed', reason }
      }
    },
  }
}

/** In our words: an answer's own text may be anything. */
function failureOf(error: unknown): string {
  if (RetryError.isInstance(error)) return failureOf(error.lastError)
  if (NoObjectGeneratedError.isInstance(error))
    return error.finishReason === 'length'
      ? 'the model did not come to an end'
      : 'the model did not answer in the shape that was asked for'
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 300)
    return `the server of the model answered ${error.statusCode}`
  return 'the server of the model cannot be reached, or did not answer as expected'
}

/** An answer without end must not fill the memory before the time is up. */
function limited(response: Response): Response {
  if (response.body === null) return response
  let bytes = 0
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes > MOST_BYTES) controller.error(new Error('the answer is too long'))
      else controller.enqueue(chunk)
    },
  })
  return new Response(response.body.pipeThrough(limit), response)
}
