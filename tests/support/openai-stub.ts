import type { JsonObject } from '../../schemas/core/json.ts';
import type { Said } from './model-server.ts';

/** An answer as `POST /chat/completions` gives it. */
export function openAiCompletion({ text, calls = [], end, use }: Said): JsonObject {
  const tools = calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input) },
  }));
  return {
    id: 'chatcmpl-stub',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'test-model',
    choices: [
      {
        index: 0,
        finish_reason: finish(end, tools.length),
        logprobs: null,
        message: {
          role: 'assistant',
          content: text ?? null,
          refusal: null,
          ...(tools.length > 0 && { tool_calls: tools }),
        },
      },
    ],
    ...(use && {
      usage: {
        prompt_tokens: use.input,
        completion_tokens: use.output,
        total_tokens: use.input + use.output,
      },
    }),
  };
}

function finish(end: Said['end'], tools: number): string {
  if (end !== undefined) return end === 'refusal' ? 'content_filter' : 'length';
  return tools > 0 ? 'tool_calls' : 'stop';
}

export const openAiError = (message: string): JsonObject => ({
  error: { message, type: 'some_error', param: null, code: null },
});
