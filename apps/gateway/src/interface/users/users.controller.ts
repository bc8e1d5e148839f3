import { type Principal } from '@agent-chat/auth';
import { REST_BODIES, type User, UserIdSchema, validate } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { z } from 'zod';
import { UserDirectory, type UserPage } from '../../application/user-directory';
import { Caller } from '../auth/caller.decorator';

const MAX_LIMIT = 50;
const parametersSchema = z.object({ userId: UserIdSchema });
const searchSchema = z.object({
  query: z
    .string()
    .max(60)
    .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), 'must be a single line')
    .optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(MAX_LIMIT),
});

/** People's profiles. */
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly users: UserDirectory) {}

  @Get()
  async find(@Query() query: unknown): Promise<UserPage> {
    const { query: prefix, cursor, limit } = validate(searchSchema, query);
    return this.users.find({ prefix, cursor, limit });
  }

  @Get('me')
  async me(@Caller() { userId }: Principal): Promise<User> {
    return this.profile(userId);
  }

  @Patch('me')
  async change(@Caller() { userId }: Principal, @Body() body: unknown): Promise<User> {
    return this.users.change(userId, validate(REST_BODIES.updateMe, body));
  }

  @Get(':userId')
  async one(@Param() parameters: unknown): Promise<User> {
    return this.profile(validate(parametersSchema, parameters).userId);
  }

  private async profile(userId: UserId): Promise<User> {
    const user = (await this.users.profiles([userId])).get(userId);
    if (user === undefined) throw new AppError('USER_NOT_FOUND');
    return user;
  }
}
