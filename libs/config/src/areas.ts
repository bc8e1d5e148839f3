import { authSettings } from './settings/auth.settings';
import { databaseSettings } from './settings/database.settings';
import { fileSettings } from './settings/file.settings';
import { internalSettings } from './settings/internal.settings';
import { kafkaSettings } from './settings/kafka.settings';
import { limitSettings } from './settings/limit.settings';
import { processSettings } from './settings/process.settings';
import { rateLimitSettings } from './settings/rate-limit.settings';
import { redisSettings } from './settings/redis.settings';
import { serverSettings } from './settings/server.settings';

/** Every schema by the heading under which the reference page lists it. */
export const AREAS = {
  Process: processSettings,
  Server: serverSettings,
  'Between processes': internalSettings,
  Database: databaseSettings,
  Kafka: kafkaSettings,
  Redis: redisSettings,
  Files: fileSettings,
  Authentication: authSettings,
  'Rate limits': rateLimitSettings,
  Limits: limitSettings,
} as const;
