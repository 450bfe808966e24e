import type { JsonObject } from '../../schemas/core/json.ts';
import { MipInputSchema, type MipField } from '../../schemas/families/masumi/fields.ts';
import {
  Availability,
  Demo,
  InputProvided,
  JobStatusAnswer,
  StartedJob,
} from '../../schemas/families/masumi/mip003.ts';
import { ask, isSilence } from './ask.ts';

/** MIP-003 as a purchaser sees it, and nothing else. */
export interface Agent {
  availability(): Promise<Availability>;
  fields(): Promise<MipField[]>;
  /** An example of input. */
  example(): Promise<JsonObject>;
  startJob(identifier: string, input: JsonObject): Promise<StartedJob>;
  status(jobId: string): Promise<JobStatusAnswer>;
  provideInput(jobId: string, statusId: string, input: JsonObject): Promise<InputProvided>;
}

/** `apiKey`: for sellers that want a key from purchasers, too. */
export function createAgent(apiUrl: string, flowKey: string, apiKey?: string): Agent {
  const base = `${apiUrl.replace(/\/+$/, '')}/mip003/${encodeURIComponent(flowKey)}`;
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return {
    availability: () =>
      ask({ url: `${base}/availability`, headers, answer: Availability, patienceMs: 0 }).catch(
        (error: unknown) => {
          if (!isSilence(error)) throw error;
          throw new Error(
            `Nobody answers at ${apiUrl}. Is Steward running? Start it with npm start, or say where it is with --api.`,
            { cause: error },
          );
        },
      ),
    fields: async () =>
      (await ask({ url: `${base}/input_schema`, headers, answer: MipInputSchema })).input_data,
    example: async () => (await ask({ url: `${base}/demo`, headers, answer: Demo })).input,
    startJob: (identifier, input) =>
      ask({
        url: `${base}/start_job`,
        method: 'POST',
        headers,
        body: { identifier_from_purchaser: identifier, input_data: input },
        answer: StartedJob,
      }),
    status: (jobId) =>
      ask({ url: `${base}/status?job_id=${encodeURIComponent(jobId)}`, headers, answer: JobStatusAnswer }),
    provideInput: (jobId, statusId, input) =>
      ask({
        url: `${base}/provide_input`,
        method: 'POST',
        headers,
        body: { job_id: jobId, status_id: statusId, input_data: input },
        answer: InputProvided,
      }),
  };
}
