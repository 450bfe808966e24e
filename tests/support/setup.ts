import fc from 'fast-check';

const SEED = 20_251_121;

/**
 * The same examples in every run, so that a build fails for what changed in it. PROPERTY_SEED=random looks further, with
 * PROPERTY_RUNS examples of each property; what it finds names its own seed.
 */
const { PROPERTY_SEED: seed = String(SEED), PROPERTY_RUNS: runs } = process.env;
fc.configureGlobal({
  ...(seed === 'random' ? {} : { seed: Number(seed) }),
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
});
