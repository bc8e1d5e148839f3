import { type ErrorBody } from '@agent-chat/kernel';
import { z } from 'zod';

/** `ErrorBody` of the kernel as a schema. */
export const ErrorBodySchema = z
  .custom<ErrorBody>((value) => typeof value === 'object' && value !== null && 'code' in value)
  .meta({
    description: 'An error of the catalogue',
  });
