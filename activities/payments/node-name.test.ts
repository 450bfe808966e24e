import { expect, test } from 'vitest';
import { nodeName, nodeErrorMessage } from './node-name.ts';

test.each([
  ['https://user:pass@node.example:8443/v3/key?api-key=secret', 'node.example:8443'],
  ['http://127.0.0.1:8899', '127.0.0.1:8899'],
  ['nothing of the kind', 'the configured node'],
])('%s is called %s', (address, name) => {
  expect(nodeName(address)).toBe(name);
});

test('an error message keeps no more of an address than its host', () => {
  const said =
    'server response 401 (request={ }, requestUrl="https://node.example/v3/secret", code=X) at (wss://u:p@ws.example/k?q=1)';
  expect(nodeErrorMessage(new Error(said))).toBe(
    'server response 401 (request={ }, requestUrl="node.example", code=X) at (ws.example)',
  );
  expect(nodeErrorMessage('no error at http://a.example/b')).toBe('no error at a.example');
});
