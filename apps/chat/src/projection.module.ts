import { MessagingModule, ProjectionRunner } from '@agent-chat/messaging';
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ListChangeNotices } from './application/project/list-change-notices';
import { DirectoryProjection } from './infrastructure/project/directory.projection';
import { SearchProjection } from './infrastructure/project/search.projection';

/** What chat keeps beside its rooms: the search index and people's own logs. */
@Module({ imports: [MessagingModule], providers: [ListChangeNotices, SearchProjection, DirectoryProjection] })
export class ProjectionModule implements OnApplicationBootstrap {
  constructor(
    private readonly runner: ProjectionRunner,
    private readonly search: SearchProjection,
    private readonly directory: DirectoryProjection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.runner.run(this.search), this.runner.run(this.directory)]);
  }
}
