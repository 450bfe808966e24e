import type { FamilyModule } from '../api/family.ts';
import type { ApiContext, Family } from '../families/define.ts';

/** The routes of each family, with the names that its manifest gives to the engine's own routes and documents. */
export const serveFamilies = (families: readonly Family[], context: ApiContext): Promise<FamilyModule[]> =>
  Promise.all(families.map((family) => serveFamily(family, context)));

async function serveFamily(family: Family, context: ApiContext): Promise<FamilyModule> {
  const { createApi } = await family.api();
  return withNames(family, await createApi(context));
}

/** A family's routes, and what its manifest claims of the engine's own routes and documents. */
export function withNames(family: Family, made: FamilyModule): FamilyModule {
  if (made.name !== family.name)
    throw new Error(`The routes of the family ${family.name} call themselves ${made.name}: use one name.`);
  const { events = [], problems = {}, queues = [], health = {} } = family;
  return {
    ...made,
    problems: { ...made.problems, codes: { ...problems, ...made.problems?.codes } },
    events,
    ownCodes: problems,
    queues: queues.map(({ name }) => name),
    fills: health,
  };
}
