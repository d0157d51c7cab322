// JSAMP's Calculators, beside the clients of a test: CalcPeers.java calculators queries mode expected targets...
//
// Says {"event": "ready", "ids": [...]}; then each calculator sends so many queries to the targets, public ids, chosen
// at random, in JSAMP's modes sync (call), async (callAndWait), notify or mixture. When all responses are there, and the
// calculators have received the expected number of messages, or half a minute is over, it says
// {"event": "done", "sent": n, "received": n, "wrong": n}. The calculators stay, since an answer of theirs may still be on
// its way through the hub when the message is counted, and unregister on SIGTERM, or after another half minute.
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;
import org.astrogrid.samp.Response;
import org.astrogrid.samp.client.*;
import org.astrogrid.samp.test.Calculator;
import org.astrogrid.samp.xmlrpc.StandardClientProfile;

public class CalcPeers {
    static final AtomicInteger wrong = new AtomicInteger();

    /** A Calculator checks a response by throwing where nobody looks. */
    static class Checked extends Calculator {
        Checked(HubConnection connection, Random random) throws SampException { super(connection, random); }
        @Override public void receiveResponse(String responder, String tag, Response response) {
            try { super.receiveResponse(responder, tag, response); }
            catch (Throwable e) { note(e); }
        }
    }

    static void note(Throwable e) {
        wrong.incrementAndGet();
        System.err.println(e);
    }

    static Calculator.SendMode mode(String name) {
        for (Calculator.SendMode mode : new Calculator.SendMode[] { Calculator.SYNCH_MODE, Calculator.ASYNCH_MODE,
            Calculator.NOTIFY_MODE, Calculator.RANDOM_MODE }) if (mode.toString().equals(name)) return mode;
        throw new IllegalArgumentException(name);
    }

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        int queries = Integer.parseInt(args[1]);
        Calculator.SendMode mode = mode(args[2]);
        int expected = Integer.parseInt(args[3]);
        String[] targets = Arrays.copyOfRange(args, 4, args.length);
        Random random = new Random(2333333);
        List<Calculator> calculators = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            HubConnection connection = StandardClientProfile.getInstance().register();
            calculators.add(new Checked(connection, new Random(random.nextLong())));
            ids.add("\"" + connection.getRegInfo().getSelfId() + "\"");
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            for (Calculator calculator : calculators) {
                try { calculator.getConnection().unregister(); }
                catch (SampException e) { note(e); }
            }
        }));
        System.out.println("{\"event\": \"ready\", \"ids\": " + ids + "}");
        ExecutorService threads = Executors.newFixedThreadPool(count);
        for (Calculator calculator : calculators) {
            long seed = random.nextLong();
            threads.execute(() -> {
                Random choice = new Random(seed);
                try {
                    for (int i = 0; i < queries; i++) {
                        calculator.sendMessage(targets[choice.nextInt(targets.length)], mode);
                    }
                    calculator.flush();
                } catch (Throwable e) { note(e); }
            });
        }
        threads.shutdown();
        long end = System.currentTimeMillis() + 30_000;
        threads.awaitTermination(30, TimeUnit.SECONDS);
        int received = 0;
        int sent = 0;
        while (System.currentTimeMillis() < end && received < expected) {
            Thread.sleep(20);
            received = 0;
            for (Calculator calculator : calculators) received += calculator.getReceiveCount();
        }
        Thread.sleep(200); // a message too many would come now
        received = 0;
        for (Calculator calculator : calculators) {
            received += calculator.getReceiveCount();
            sent += calculator.getSendCount();
        }
        System.out.println("{\"event\": \"done\", \"sent\": " + sent + ", \"received\": " + received
            + ", \"wrong\": " + wrong + "}");
        Thread.sleep(30_000);
        System.exit(0);
    }
}
