import type { Router } from 'express';
import type { z } from 'zod';
import type { JsonObject } from '../../schemas/core/json.ts';

/** What a provider may use while it runs. */
export interface ProviderContext {
  /** Where it is reached. */
  url(): string;
  /** Where it keeps things; without it nothing outlives the process. */
  dir?: string | undefined;
}

/** A provider that runs. */
export interface RunningProvider<Input> {
  /** Done once for each task that was paid for. The same task and input give the same answer. */
  work(input: Input, taskId: string): JsonObject;
  /** Routes that need no payment. */
  routes?(router: Router): void;
  close?(): void;
}

/** One service that is sold for payments on the chain (omni.md, section 6). */
export interface ProviderDefinition<Schema extends z.ZodType = z.ZodType> {
  /** As agents and the registry name it. */
  id: string;
  /** As `GET /` tells it. */
  title: string;
  method: 'GET' | 'POST';
  path: string;
  input: Schema;
  open(context: ProviderContext): RunningProvider<z.output<Schema>>;
}

/** Ties the work to what the schema reads. */
export const defineProvider = <Schema extends z.ZodType>(
  definition: ProviderDefinition<Schema>,
): ProviderDefinition => definition;
