import { rankRooms } from './rank-rooms';

const ROOMS = ['My design', 'Redesign', 'Design team', 'Lunch'].map((name, index) => ({ roomId: String(index), name, unread: index === 3 ? 2 : 0 }));
const names = (text: string) => rankRooms(ROOMS, text).map(({ name }) => name);

describe('jumping to a room', () => {
  it('prefers the beginning of a name, then of a word, then any place', () => {
    expect(names('des')).toEqual(['Design team', 'My design', 'Redesign']);
  });

  it('shows unread rooms first while nothing is typed', () => {
    expect(names(' ')).toEqual(['Lunch', 'My design', 'Redesign', 'Design team']);
  });

  it('takes a sign before the name', () => {
    expect(names('#lu')).toEqual(['Lunch']);
    expect(names('zzz')).toEqual([]);
  });
});
