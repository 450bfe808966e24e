import { z } from 'zod';
import { defineService, type ServiceDefinition } from '../definition.ts';

/** A seller that quotes a price but never delivers, and so never takes the money. It shows what happens then. */
export function createCreditService(): ServiceDefinition {
  return defineService({
    id: 'credit-rating',
    name: 'Company Credit Rating',
    description: 'Credit rating of a company by its name, refused for companies outside of the register',
    category: 'finance',
    capabilities: ['credit', 'rating', 'company'],
    seller: 'market',
    method: 'POST',
    path: '/credit-rating',
    price: 250_000n,
    chains: ['evm'],
    offerSeconds: 10, // so that a buyer soon has the proof that nothing was taken
    reputationScore: 3000,
    verified: false,
    expectedMs: 30,
    input: z.looseObject({ company: z.string().min(1).max(200) }),
    output: z.object({ error: z.string() }),
    example: { input: { company: 'Example Ltd' }, output: { error: 'not in the register' } },
    answer: ({ company }) => ({
      status: 422,
      body: { error: `${company} is not in the register`, code: 'not_in_register' },
    }),
  });
}
