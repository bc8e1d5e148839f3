import 'reflect-metadata';
import { runApp } from '@agent-chat/runtime';
import { gatewayProcess } from './gateway-process';

void runApp(gatewayProcess);
