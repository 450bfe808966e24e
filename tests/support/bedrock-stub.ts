import type { JsonObject } from '../../schemas/core/json.ts';
import type { Said } from './model-server.ts';

/** An answer as `POST /model/{id}/converse` gives it. */
export function bedrockAnswer({ text, calls = [], end, use }: Said): JsonObject {
  const said = text === undefined ? [] : [{ text }];
  const tools = calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } }));
  return {
    output: { message: { role: 'assistant', content: [...said, ...tools] } },
    stopReason: stop(end, tools.length),
    metrics: { latencyMs: 5 },
    ...(use && {
      usage: { inputTokens: use.input, outputTokens: use.output, totalTokens: use.input + use.output },
    }),
  };
}

function stop(end: Said['end'], tools: number): string {
  if (end !== undefined) return end === 'refusal' ? 'guardrail_intervened' : 'max_tokens';
  return tools > 0 ? 'tool_use' : 'end_turn';
}

/** The kind of an error is in a header of Bedrock's. */
export const bedrockError = (message: string): JsonObject => ({ message });
