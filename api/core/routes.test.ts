import { expect, test } from 'vitest';
import { coreRoutes } from './index.ts';

const routes = coreRoutes([]);

test.each(routes.filter(({ path }) => path.includes('/:id')))(
  '$method $path says what there is none of, for ids that nothing can have',
  ({ missing, errors }) => {
    expect(missing?.['id']).toMatch(/_not_found$/);
    expect(errors).toContain(missing?.['id']);
  },
);

test('a route names only parameters that are in its path', () => {
  for (const { path, missing = {} } of routes)
    for (const name of Object.keys(missing)) expect(path.split('/')).toContain(`:${name}`);
});
