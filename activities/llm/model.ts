import type { JsonObject } from '../../schemas/core/json.ts';

/** A tool that the model may call; `inputSchema` is the JSON Schema of an object. */
export interface ModelTool {
  name: string;
  description: string;
  inputSchema: JsonObject;
}

/** What was said so far. A turn of the model with calls is followed by one turn with their results. */
export type ModelTurn =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; calls: readonly ModelCall[] }
  | { role: 'results'; results: readonly ModelResult[] };

/** A tool call as the model made it; `problem` says why `input` is not the object that was wanted, and is fed back. */
export interface ModelCall {
  id: string;
  name: string;
  input: JsonObject;
  problem?: string;
}

export interface ModelResult {
  callId: string;
  /** What the model reads: JSON, cut to a length. */
  text: string;
  failed: boolean;
}

export interface ModelRequest {
  system: string;
  turns: readonly ModelTurn[];
  tools?: readonly ModelTool[];
  /** The answer's text must be JSON of this schema. */
  outputSchema?: { name: string; schema: JsonObject };
  maxTokens: number;
  signal?: AbortSignal;
}

/** `untold`: the provider did not say it. The model may have worked, so the most that it may have used counts. */
export interface TokenUse {
  input: number;
  output: number;
  untold?: true;
}

export const UNTOLD: TokenUse = { input: 0, output: 0, untold: true };

/**
 * `retry` is worth repeating after the delay, `failed` is not, `refused`: the model declined. Messages never carry keys or the
 * model's words. Without `use` the model has certainly done nothing.
 */
export type ModelAnswer =
  | { kind: 'answer'; text: string; calls: ModelCall[]; use: TokenUse }
  | { kind: 'refused'; message: string; use: TokenUse }
  | { kind: 'retry'; message: string; retryAfterMs?: number; use?: TokenUse }
  | { kind: 'failed'; message: string; use?: TokenUse };

/** One model of one provider: Anthropic, Amazon Bedrock, or a server that speaks OpenAI's chat completions. */
export interface ChatModel {
  readonly provider: 'anthropic' | 'bedrock' | 'openai';
  readonly model: string;
  ask(request: ModelRequest): Promise<ModelAnswer>;
}
