const examplesOf = (name: string, prompts: readonly string[]) => prompts.map((prompt) => `${name} | ${prompt}`);

/** A ready-made demonstration for the built-in model: what it knows of is stories, so are these. Features are fitted where it runs. */
export const demo = {
  prompt: 'The moon was up and it was late at night. The little dog was in the house. It',
  examples: [
    ...examplesOf('night', ['It was late at night and the moon was up.', 'The stars were in the dark sky at night.', 'At night the owl flew away.', 'The moon was bright that night.']),
    ...examplesOf('sleep', ['He was tired and went to sleep.', 'The baby fell asleep.', 'She closed her eyes and slept.', 'It was time to sleep.']),
    ...examplesOf('dog', ['The little dog barked at the cat.', 'My dog likes to play with a bone.', 'A big brown dog ran to the boy.', 'The puppy and the dog were friends.']),
    ...examplesOf('water', ['The boat was on the lake.', 'She drank a cup of cold water.', 'The river was full of water.', 'They looked at the sea and the waves.']),
  ].join('\n'),
  /** A little more than the authors' 0.5: this model is small and the word has to come at once. */
  alpha: 0.6,
  rules: 'night and dog -> sleep\ndog and water and not night -> swim',
} as const;
