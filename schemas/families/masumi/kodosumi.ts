import { z } from 'zod';
import { JsonObject } from '../../core/json.ts';

/** The wire of Kodosumi 1.1.0 (masumi.md section 4), read loosely: what is not named here is ignored. */

const Text = z.string().nullish().default(null);
const Tags = z
  .array(z.string())
  .nullish()
  .transform((tags) => tags ?? []);

/** Answer to `POST /api/login`; the cookie `kodosumi_jwt` carries the same token. It lives 24 hours. */
export const KodosumiLogin = z.object({ KODOSUMI_API_KEY: z.string().min(1) });
export type KodosumiLogin = z.infer<typeof KodosumiLogin>;

/** One flow of `GET /flow`. */
export const KodosumiFlowItem = z.object({
  uid: z.string(),
  url: z.string().startsWith('/'),
  summary: Text,
  description: Text,
  author: Text,
  organization: Text,
  tags: Tags,
});
export type KodosumiFlowItem = z.infer<typeof KodosumiFlowItem>;

/** A page of `GET /flow`; `offset` is the last uid, null on the last page. */
export const KodosumiFlowPage = z.object({ items: readable(KodosumiFlowItem), offset: Text });
export type KodosumiFlowPage = z.infer<typeof KodosumiFlowPage>;

/** Answer to `GET {url}`: the flow and its form. */
export const KodosumiFlowSchema = z.object({
  summary: Text,
  description: Text,
  tags: Tags,
  openapi_extra: JsonObject.nullish().transform((extra) => extra ?? {}),
  elements: z.array(JsonObject),
});
export type KodosumiFlowSchema = z.infer<typeof KodosumiFlowSchema>;

/** Messages by field. A flow may hand over anything as a message; it is made text. */
export const KodosumiErrors = z.record(
  z.string(),
  z.array(z.unknown()).transform((messages) => messages.map(asText)),
);
export type KodosumiErrors = z.infer<typeof KodosumiErrors>;

/** Answer to `POST {url}` (`result` is the fid) and to `POST /lock/{fid}/{lid}`: taken, or refused with errors. */
export const KodosumiFormAnswer = z.object({
  result: z.unknown().optional(),
  errors: KodosumiErrors.nullish(),
});
export type KodosumiFormAnswer = z.infer<typeof KodosumiFormAnswer>;

/** Form of a lock: an array, unlike a flow's. */
export const KodosumiLockForm = z.array(JsonObject);
export type KodosumiLockForm = z.infer<typeof KodosumiLockForm>;

/** States of a run. `awaiting` is a running one with open locks. */
export const KodosumiFlowState = z.enum(['starting', 'running', 'awaiting', 'finished', 'error']);
export type KodosumiFlowState = z.infer<typeof KodosumiFlowState>;

/** Answer to `GET /outputs/status/{fid}`; `final` is JSON text, `locks` come in no order. */
export const KodosumiStatus = z.object({
  status: KodosumiFlowState,
  final: Text,
  locks: z
    .array(z.string())
    .nullish()
    .transform((locks) => locks ?? []),
  app_url: Text,
});
export type KodosumiStatus = z.infer<typeof KodosumiStatus>;

/**
 * One run of `GET /timeline/list`; `inputs` as the run serialized them: `{"dict": {...}}`, `startup` a time without a zone.
 * Only `fid` is promised (masumi.md section 4).
 */
export const KodosumiTimelineItem = z.object({
  fid: z.string(),
  summary: Text,
  inputs: z.unknown().optional(),
  startup: z.unknown().optional(),
});
export type KodosumiTimelineItem = z.infer<typeof KodosumiTimelineItem>;

/** A page of `GET /timeline/list`, newest first; `offset` is the last fid, null after the last page. */
export const KodosumiTimeline = z.object({ items: readable(KodosumiTimelineItem), offset: Text });
export type KodosumiTimeline = z.infer<typeof KodosumiTimeline>;

/** Answers to `POST /files/init_batch`, `/files/init` and `/files/chunk`; the last may carry an `error` under 201. */
export const KodosumiBatch = z.object({ batch_id: z.string() });
export const KodosumiUpload = z.object({ upload_id: z.string() });
export const KodosumiChunk = z.object({ error: z.string().nullish() });
/** One answer a file. */
export const KodosumiDelivery = z.array(KodosumiChunk);

/** Body of an error answer. */
export const KodosumiProblem = z.object({ detail: z.string() });
export type KodosumiProblem = z.infer<typeof KodosumiProblem>;

/** A list without the entries that cannot be read: one of them must not hide the others. */
function readable<Item extends z.ZodType>(item: Item) {
  return z.array(z.unknown()).transform((all) =>
    all.flatMap((one): z.infer<Item>[] => {
      const read = item.safeParse(one);
      return read.success ? [read.data] : [];
    }),
  );
}

function asText(message: unknown): string {
  return typeof message === 'string' ? message : (JSON.stringify(message) ?? 'invalid');
}
