import { createModel } from '../../../activities/llm/create-model.ts';
import { createMetered } from '../../../activities/llm/metered.ts';
import { openDatabase } from '../../../db/database.ts';
import { parsePrices } from '../../../domain/models/prices.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';

/** A worker that asks a model once, for tests that kill it meanwhile. */
const { DATABASE_URL = '', MODEL_URL = '', RUN_ID = '' } = process.env;

const db = await openDatabase(DATABASE_URL, { poolSize: 2 });
const settings = { LLM_PROVIDER: 'openai', OPENAI_BASE_URL: MODEL_URL, LLM_MODEL: 'test-model' } as const;
const metered = createMetered(createModel(settings)!, { db, assets: sampleBook, prices: parsePrices('') });
await metered.ask(
  { system: 's', turns: [{ role: 'user', text: 'x' }], maxTokens: 1000 },
  { runId: RUN_ID, key: 'killed' },
);
