/** Told around a task, with much in it that could be taken for one. */
export const LESSON = `Some words about me first, because my last helper complained that I never explain anything. I teach mathematics to \
sixteen-year-olds in a town near the border, and once a term I do a lesson about something that they hear of at home but do not understand. \
Last term it was insurance, and before that loans. A pupil's father works in a bank and came to explain how a rating is made; he brought \
pens for everybody and a chart so full of lines that nobody could read it. This term it is what they call digital money. I do not own any, and \
I tell them so. They asked about bitcoin, of course, as all of them do, but I want something that is less in the news. We have forty-five \
minutes. In the first ten I tell the story of the tulips. Then they get a sheet with numbers and work in pairs. They know what a mean is, and \
most of them know what a median is. Two are very quick and need something extra, so I keep a puzzle about exchange offices in my bag. \
One girl wants to become a hotel manager and asks with every topic what it means for hotels; I have no answer this time. The headmaster may \
sit in the back row. He dislikes advertising, so there must be none, and he has asked me not to predict anything. I agree with him. \
I tried to find the figures by myself on Sunday, but every page wanted me to sign up, and then the telephone rang, and it was my aunt, \
who talked for an hour about her summary of the parish council. On Monday the printer was broken. Now it is Tuesday, and the lesson is on \
Thursday. I would be glad if this were quick. My room is 204, but you will not need that.`;

export const GARDEN = `Our allotment club has kept its money in a tin since 1961, and in the spring the younger members moved that a part of \
it should be kept in another way. There was a vote, the motion passed by three hands, and since then nobody has agreed on what it meant. \
The chairman believes that we bought shares in a seed company. The treasurer says that we own some coins of a kind that does not clink. I am \
the secretary and only write down what is said. The club has sixty plots, a shed, a well with a pump from before the war, and a hut where \
we sell cake in August. The pump needs a new seal every second year. The hut has no power, and so far nobody misses it. Last week a member \
asked what our part is worth, and the treasurer turned red. He had written everything on a slip, and the slip was in his other jacket, and \
the jacket was at the cleaner's. We all laughed, but later he took me aside and asked for help. He is eighty-two, and his eyes are weak. I \
promised to ask somebody who knows. In the meantime it has rained for nine days, the beans are late, and the hedgehogs have moved into the \
compost again. A neighbour forecast an early winter, but he does so every year. We plan a trip in May to a garden near Ghent, by coach, and \
the coach is booked. The hotel is not our business: the parish there takes us in. I will read your answer aloud at the next meeting, on \
Friday at six, after the report of the auditors, who found a difference of two euros and forty cents and could not rest until it was found \
under the tin. Plot 17 is free again, by the way, in case that you know anybody with patience for clay. I have nothing more to add.`;

export const MINUTES = `The chair opened the meeting at ten. Eleven of thirteen members were there. The minutes of the last meeting were \
accepted. The chair reported that the roof of the hall had leaked twice, and that the repair was a success. The costs were lower than the \
offer. Mrs Olsen thanked the volunteers for their excellent work. Mr Brandt feared that the winter would be a risk for the old windows. He \
asked the committee to book a carpenter at once and to pay him in advance. The committee declined, because the last advance was a loss. \
A long talk about the price of the season tickets followed. Some wanted to raise it to forty euros. Others said that a rise would be bad for \
families. A vote was taken: six for, five against. The new price starts in March. The youth team has a strong year behind it, with nine wins. \
Its trainer asked for a second set of shirts, which was approved. The summer party made a small profit. The band was good, but too loud \
after midnight, and two neighbours complained. Next year it ends at eleven. A member proposed a newsletter with a chart of all results. \
Nobody wanted to draw it. The treasurer read the figures of the quarter, and they were better than in the year before. The debts for the \
heating are paid. Under any other business Mr Ito told of his visit to our partner club, and passed on their greetings. They will come in \
May. Beds for fourteen are needed. The chair closed the meeting at noon. The next one is on the second Saturday of January. Whoever cannot \
come should tell the secretary before the holidays. Coffee and cake followed.`;
