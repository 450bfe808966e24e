/** Told around a task, with much in it that could be taken for one. */
export const BOARD = `I am preparing a board meeting for our small fund, and I would like you to know where I stand before I ask. \
The meeting is on the ninth floor of the Hanover office, next to the hotel where we booked rooms last year, and it starts right after lunch. \
Our chair likes short reports and hates surprises. In the spring somebody showed a forecast that turned out to be wrong, and the whole table \
laughed about it for weeks. We have eleven members, four of them from abroad, and two who read every footnote. One of them, a retired \
accountant from Turin, once returned a translation because of a comma. I have collected notes since October, mostly on paper, and I \
typed some of them last night while the train stood still near Kassel. There was a quarrel about budgets in the last session: one side said \
that three hundred thousand were enough, the other wanted twice as much, and in the end nobody voted. The mood was bad for a while. \
Then our treasurer, who is a patient man, explained what a token is, why prices move, and what the fund may hold under its statutes. \
He brought an old credit rating of a supplier as an example of what a number can hide. Everybody nodded, and I believe that half of them \
understood it. My own task is small. I have ten minutes after the coffee, one slide, and no time for long words. My colleague Edith \
takes the minutes. She asked me to keep it plain, to leave out everything about Ethereum and about the exchange that failed two years ago, \
and to bring a picture rather than a table. She is right. The projector in that room is old and shows thin letters badly. \
I have also been told that the youngest member will ask about risk, as she does every time, and that I should smile and point at the \
picture. That is all the context there is. I hope it helps, and I am sorry that it became so long; I write as I talk. \
Here is what I need.`;

export const TRAVEL = `Dear assistant, my sister and I have planned this trip since we were students. Back then we had no money, slept in \
stations, and ate bread and tomatoes for two weeks. In 2009 we came as far as Seville, where a hotel was fully booked and the porter let us \
stay in the laundry. In 2014 we tried again and got stuck in Bilbao because of a strike. This time it should be easy. We are older, we like a \
quiet street, and we do not need a view of the sea. She flies in from Dublin, I take the night train from Barcelona, and we meet at the bridge. \
A friend of ours lives in Coimbra and may join us for a day, but she sleeps at her cousin's. We want to see the tile museum, hear some music, \
and walk along the river. On the last evening we would like to eat where the fishermen eat. My sister reads prices of coffee like others \
read the weather, so please do not be surprised when she asks about them. I once made a chart of every cup that we drank in a summer, and \
she still has it on her wall. We do not carry much: a small bag each. The doctor told me to walk slowly, and I promised it. Our mother, \
who is ninety-one, wants a postcard from each town; we bought the stamps already. Last year she said that the summary of a good life is a \
pile of postcards. I think about that often. We have no car, and we do not want one. The trains are good, and if one is late we read. \
There is nothing else to arrange: the tickets are paid, the neighbour feeds the cat, and the office knows that I am away.`;

export const MAIL = `The warehouse in Bremen had a difficult month. Two of the four lifts stood still for nine days, and deliveries to the \
north were late. The team worked on both weekends and cleared most of the delay. Customers complained less than we feared. Costs for spare \
parts rose by a fifth. The supplier offered a new contract with a shorter response time. We recommend to sign it before the end of the year. \
Please book the training for the new lifts early, because the last course was full. The forecast for January is good, since the big orders \
from Poland arrive then. Prices for energy fell a little. The canteen gets a new floor in February. Nobody was hurt. The inspection by the \
insurer found three small faults, and all of them have been repaired. A chart with the monthly numbers hangs at the entrance. The staff \
council asked for more lockers, and the management agreed. One question is open: who drives the second truck when Jan retires? Three people \
have applied, and the interviews are in the third week. The old truck will be sold. The yard gets lamps with motion sensors. The fire drill \
went well: everybody stood outside after four minutes. The next drill is planned for the summer. We thank all who helped. The next letter \
comes in January, with the figures of the whole year and with a list of all the holidays. Until then we wish you a quiet time, a full store of tea, and roads without ice. If you find a glove with a blue seam, it belongs to Otto, who has looked for it since the first frost.`;
