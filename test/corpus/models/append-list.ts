/** Lists that only grow. */
import { itemsOf, listOf, type Model, text, textOf, whole } from './model.ts';

export const appendList: Model = {
  append: {
    about: 'Add an item to the end of a list.',
    args: { list: text, item: text },
    gives: { list: text, length: whole },
    does: 'add',
    apply(args, state) {
      const list = textOf(args, 'list');
      const items = [...itemsOf(state.get(list)), textOf(args, 'item')];
      const gives = { list, length: items.length };
      return { writes: [[list, items]], gives, says: `${list} has ${items.length} items` };
    },
  },
  items: {
    about: 'All items of a list.',
    args: { list: text },
    gives: { items: listOf(text) },
    does: 'read',
    apply(args, state) {
      const items = itemsOf(state.get(textOf(args, 'list')));
      return { gives: { items }, says: items.map((item) => `- ${item}`).join('\n') || 'Empty' };
    },
  },
};
