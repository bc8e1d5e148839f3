import 'reflect-metadata';
import { runMigrations } from '@agent-chat/runtime';

void runMigrations();
