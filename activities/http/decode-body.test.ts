import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeBody } from './decode-body.ts';

const text = '{"id":7,"name":"München €"}';
const decode = (body: Buffer | string, headers: { [name: string]: string } = {}, most = 10_000) =>
  decodeBody(Buffer.from(body), headers, most);

const utf32 = (value: string): Buffer =>
  Buffer.concat(
    Array.from(value, (character) => {
      const four = Buffer.alloc(4);
      four.writeUInt32LE(character.codePointAt(0)!);
      return four;
    }),
  );

const utf16 = (value: string, isBig = false): Buffer => {
  const bytes = Buffer.from(value, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

describe('the codings of a body', () => {
  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['deflate, gzip', gzipSync(deflateSync(text))],
    ['identity', Buffer.from(text)],
    ['aws-chunked', Buffer.from(text)],
    ['gzip', Buffer.from(text)], // a proxy decoded it and left the header
  ])('%s is taken off', async (coding, body) => {
    expect(await decode(body, { 'content-encoding': coding })).toEqual({ content: Buffer.from(text), text });
  });

  test('an empty body has no coding to take off', async () => {
    expect(await decode('', { 'content-encoding': 'gzip' })).toEqual({ content: Buffer.alloc(0), text: '' });
  });

  test.each([
    ['gzip', gzipSync(text).subarray(0, 20)],
    ['br', Buffer.from([0xff, 0xff, 0x00])],
    ['zstd', Buffer.concat([zstdCompressSync(text).subarray(0, 12), Buffer.from([0xff])])],
  ])('a body that is no %s says so and has no text', async (coding, body) => {
    const { text: read, fault } = await decode(body, { 'content-encoding': coding });
    expect({ read, fault }).toEqual({ read: '', fault: `its body is not ${coding}, although it says so` });
  });

  test('a small body that becomes a large one is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    await expect(decode(bomb, { 'content-encoding': 'gzip' })).rejects.toMatchObject({
      code: 'answer_too_large',
    });
  });

  test('a body that is encoded over and over is refused', async () => {
    const { fault } = await decode(text, { 'content-encoding': 'gzip, '.repeat(6) + 'gzip' });
    expect(fault).toBe('its body is encoded 7 times');
  });
});

describe('the charset of a body', () => {
  test.each([
    ['a byte order mark', Buffer.from(`\ufeff${text}`), undefined],
    ['two byte order marks', Buffer.from(`\ufeff\ufeff${text}`), 'application/json'],
    ['UTF-16 by its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(text)]), undefined],
    ['big-endian UTF-16 by its mark', utf16(`\ufeff${text}`, true), 'application/json; charset=utf-16'],
    ['UTF-16 by its charset', utf16(text), 'application/json; charset=utf-16le'],
    ['big-endian UTF-16 by its charset', utf16(text, true), 'application/json;charset="UTF-16BE"'],
    ['UTF-16 of unnamed order', utf16(text, true), 'application/json; charset=utf-16'],
    ['UTF-16 that nothing names', utf16(text), 'application/json'],
    ['UTF-32 by its mark', utf32(`\ufeff${text}`), undefined],
    ['UTF-32 that nothing names', utf32(text), 'application/json'],
    ['UTF-8 with a mark under another charset', Buffer.from(`\ufeff${text}`), 'text/plain; charset=latin1'],
    ['a charset that nobody knows', Buffer.from(text), 'application/json; charset=x-nobody'],
    ['a content type that is none', Buffer.from(text), ';;;'],
  ])('%s is read', async (_, body, type) => {
    expect((await decode(body, type === undefined ? {} : { 'content-type': type })).text).toBe(text);
  });

  test.each([
    ['iso-8859-1', Buffer.from('{"id":"München"}', 'latin1'), '{"id":"München"}'],
    ['windows-1252', Buffer.from([0x22, 0x80, 0x22]), '"€"'],
    ['shift_jis', Buffer.from([0x22, 0x88, 0xd7, 0x22]), '"為"'],
  ])('%s is read as it says', async (charset, body, read) => {
    expect((await decode(body, { 'content-type': `application/json; charset=${charset}` })).text).toBe(read);
  });

  test('one zero byte makes no UTF-16', async () => {
    expect((await decode('\0abc')).text).toBe('\0abc');
  });
});
