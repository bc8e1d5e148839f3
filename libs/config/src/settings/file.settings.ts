import { z } from 'zod';
import { type FilesConfig } from '../app-config';
import { choice, integer, list, parseUrl } from '../setting-kinds';
import { setting } from '../setting';

const MIB = 1024 * 1024;
/** Nobody runs what comes in a chat. */
const PROGRAMS = ['application/x-msdownload', 'application/x-elf', 'application/x-mach-binary'];

/** Files of messages: what is taken, and where it is kept. */
export const fileSettings = z.object({
  MAX_ATTACHMENT_BYTES: integer({
    description: 'The largest file that is taken; a larger one is refused with `FILE_TOO_LARGE` before a byte of it is sent.',
    unit: 'bytes',
    fallback: 100 * MIB,
    min: 1,
    max: 10_240 * MIB,
  }),
  MAX_UPLOADS_PER_USER: integer({
    description: 'How many uploads one user may have begun and not finished; more are refused with `LIMIT_REACHED`.',
    unit: 'uploads',
    fallback: 20,
    min: 1,
    max: 10_000,
  }),
  MAX_IMAGE_PIXELS: integer({
    description: 'The largest image that is taken, width times height; of a larger one a few bytes could fill the memory.',
    unit: 'pixels',
    fallback: 50_000_000,
    min: 1_000_000,
    max: 268_000_000,
  }),
  REFUSED_ATTACHMENT_TYPES: list({
    description: 'Media types, by content, of files that are not taken, with commas between, in place of programs: `none` takes all.',
    defaultText: PROGRAMS.join(','),
    parseItem: (item) => item.toLowerCase(),
  }),
  ATTACHMENT_KEEP_HOURS: integer({
    description: 'How long a file is kept that no message has: one that was begun and not finished, or finished and not posted.',
    unit: 'hours',
    fallback: 24,
    min: 1,
    max: 720,
  }),
  S3_BUCKET: setting<string | undefined>({
    description: 'The bucket in which the processes of storage and worker keep files. Needed by them in a cluster; the standalone keeps them in `DATA_DIR`.',
    fallback: undefined,
    defaultText: 'none',
    parse: (text) => text,
  }),
  S3_REGION: setting({ description: 'The region of the bucket.', fallback: 'us-east-1', defaultText: 'us-east-1', parse: (text) => text }),
  S3_ENDPOINT: setting<string | undefined>({
    description: 'Where the server is, for one that is not of AWS.',
    fallback: undefined,
    defaultText: 'that of AWS in `S3_REGION`',
    parse: (text) => parseUrl(text, ['http:', 'https:'], 'https://s3.example.com'),
  }),
  S3_ACCESS_KEY_ID: setting<string | undefined>({
    description: 'Who asks, with `S3_SECRET_ACCESS_KEY`.',
    fallback: undefined,
    defaultText: 'as the SDK of AWS finds it: from the identity of the pod or the machine',
    parse: (text) => text,
  }),
  S3_SECRET_ACCESS_KEY: setting<string | undefined>({
    description: 'The secret of `S3_ACCESS_KEY_ID`.',
    fallback: undefined,
    defaultText: 'none',
    secret: true,
    parse: (text) => text,
  }),
  S3_FORCE_PATH_STYLE: choice({
    description: 'Whether the bucket is named in the path and not in the host, as most servers but those of AWS want it.',
    fallback: 'false',
    words: ['true', 'false'],
  }),
  S3_CONNECT_TIMEOUT_MS: integer({ description: 'How long a connection to it may take.', unit: 'ms', fallback: 2_000, min: 100, max: 60_000 }),
  S3_REQUEST_TIMEOUT_MS: integer({
    description: 'How long one try of a request may take; there are three.',
    unit: 'ms',
    fallback: 10_000,
    min: 100,
    max: 120_000,
  }),
});

/** The settings as the apps know them. */
export function toFilesConfig(values: z.output<typeof fileSettings>): FilesConfig {
  const { REFUSED_ATTACHMENT_TYPES: refused } = values;
  const s3 = toS3Config(values);
  return {
    maxBytes: values.MAX_ATTACHMENT_BYTES,
    maxUploadsPerUser: values.MAX_UPLOADS_PER_USER,
    maxImagePixels: values.MAX_IMAGE_PIXELS,
    refusedTypes: refused.length === 0 ? PROGRAMS : refused,
    keepMs: values.ATTACHMENT_KEEP_HOURS * 3_600_000,
    ...(s3 === undefined ? {} : { s3 }),
  };
}

function toS3Config(values: z.output<typeof fileSettings>): FilesConfig['s3'] {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = values;
  if (bucket === undefined) return undefined;
  return {
    bucket,
    region: values.S3_REGION,
    forcePathStyle: values.S3_FORCE_PATH_STYLE === 'true',
    connectTimeoutMs: values.S3_CONNECT_TIMEOUT_MS,
    requestTimeoutMs: values.S3_REQUEST_TIMEOUT_MS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined ? {} : { credentials: { accessKeyId, secretAccessKey } }),
  };
}
