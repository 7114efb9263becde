/** A ready-made demonstration for the built-in model: what it knows of is stories, so are these. Features are fitted where it runs. */
export const demo = {
  prompt: 'The little dog ran down to the lake. It jumped into the cold water and',
  examples: [
    ...['The little dog barked at the cat.', 'My dog likes to play with a bone.', 'A big brown dog ran to the boy.', 'The puppy and the dog slept in the house.'].map((text) => `dog | ${text}`),
    ...['The boat was on the lake.', 'She drank a cup of cold water.', 'The river was full of water.', 'They looked at the sea and the waves.'].map((text) => `water | ${text}`),
    ...['The fish could swim very fast.', 'He learned how to swim in the pool.', 'The duck swims in the pond.', 'They went swimming all day.'].map((text) => `swim | ${text}`),
    ...['It was late at night and the moon was up.', 'The stars were in the dark sky at night.', 'At night he went to bed.', 'The moon was bright that night.'].map((text) => `night | ${text}`),
    ...['He was tired and went to sleep.', 'The baby fell asleep in bed.', 'She closed her eyes and slept.', 'It was time to sleep.'].map((text) => `sleep | ${text}`),
  ].join('\n'),
  rules: 'dog and water -> swim\nnight and not swim -> sleep',
} as const;
