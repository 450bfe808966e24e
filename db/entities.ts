import { defineEntity, p } from '@mikro-orm/core';
import type { JsonObject } from '../schemas/core/json.ts';

/** Records of cold paths, mapped by MikroORM. Hot paths read the same tables as raw SQL. */
const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    prefix: p.text().primary(),
    secretHash: p.text(),
    tenant: p.text(),
    subject: p.text(),
    name: p.text(),
    scopes: p.json<string[]>(),
    rotatedFrom: p.text().nullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
});
export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey);

const AttentionSchema = defineEntity({
  name: 'Attention',
  tableName: 'attention',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    kind: p.text(),
    runId: p.text().nullable(),
    detail: p.text(),
    data: p.json<JsonObject>(),
    createdAt: p.datetime(3),
    resolvedAt: p.datetime(3).nullable(),
    resolvedBy: p.text().nullable(),
    note: p.text().nullable(),
  },
});
export class Attention extends AttentionSchema.class {}
AttentionSchema.setClass(Attention);

/** Read only here: the money activities write it. Sealed columns are left out on purpose. */
const PaymentSchema = defineEntity({
  name: 'Payment',
  tableName: 'payment',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    kind: p.text(),
    runId: p.text().nullable(),
    stepId: p.text().nullable(),
    generation: p.integer(),
    rail: p.text(),
    network: p.text(),
    asset: p.text(),
    amount: p.decimal('string').columnType('numeric(78,0)'),
    payTo: p.text(),
    status: p.text(),
    finalized: p.boolean(),
    fingerprint: p.text().nullable(),
    txHash: p.text().nullable(),
    reason: p.text().nullable(),
    proof: p.json<JsonObject>(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});
export class Payment extends PaymentSchema.class {}
PaymentSchema.setClass(Payment);

export const entities = [ApiKey, Attention, Payment];
