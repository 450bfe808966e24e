import { z } from 'zod';

/** Any value JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
const anyJson = z.json();

/** Described under a name and as any value: makers of clients do not follow a type that contains itself. */
export const Json: z.ZodType<Json> = z
  .custom<Json>((value) => anyJson.safeParse(value).success, 'Must be a JSON value.')
  .meta({ id: 'JsonValue', description: 'Any JSON value' });

/** A JSON object. */
export type JsonObject = { [key: string]: Json };
export const JsonObject: z.ZodType<JsonObject> = z.record(z.string(), Json);
