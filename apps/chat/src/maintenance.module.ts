import { Module } from '@nestjs/common';
import { MaintenanceJob } from './application/maintain/maintenance.job';
import { DeadCommandExpiry } from './infrastructure/maintain/dead-command-expiry';
import { EventMonths } from './infrastructure/maintain/event-months';
import { KeyExpiry } from './infrastructure/maintain/key-expiry';

/** What keeps chat's tables in shape. */
@Module({ providers: [DeadCommandExpiry, EventMonths, KeyExpiry, MaintenanceJob] })
export class MaintenanceModule {}
