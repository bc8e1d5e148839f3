/** Something that the one who started the run can mend: it is told without a stack, and ends the tool with 2. */
export class Mistake extends Error {}
