import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Jackson beside MillraceJSON: reads or writes one document again and again, and prints the CPU microseconds that each takes, of
 * the whole process (compiler and garbage collector included): the median of five rounds, after as many to get warm.
 *
 * <pre>java -cp 'LIBRARIES/*' JacksonCoders.java decode|encode event|order FILE COUNT</pre>
 */
public final class JacksonCoders {
    public static final class Position {
        public double lat;
        public double lon;
    }

    public static final class Event {
        public String id;
        public String user;
        public String type;
        public double amount;
        public int count;
        public boolean flag;
        public String[] tags;
        public long at;
        public String note;
        public Position pos;
    }

    public static final class Address {
        public String street;
        public String city;
        public String postalCode;
        public String country;
    }

    public static final class Line {
        public String sku;
        public int quantity;
        public double price;
    }

    public static final class Order {
        public String id;
        public String user;
        public String session;
        public String type;
        public String status;
        public String currency;
        public String language;
        public String channel;
        public String agent;
        public String referrer;
        public String campaign;
        public String coupon;
        public String note;
        public double subtotal;
        public double shipping;
        public double tax;
        public double total;
        public double weight;
        public int count;
        public int attempt;
        public long placedAt;
        public long updatedAt;
        // Fields, and not properties: their names are as they stand.
        public boolean isGift;
        public boolean isFirstOrder;
        public String[] tags;
        public Address address;
        public Line[] lines;
    }

    private static volatile Object sink;

    public static void main(String[] arguments) throws Exception {
        boolean decodes = arguments[0].equals("decode");
        Class<?> type = arguments[1].equals("event") ? Event.class : Order.class;
        byte[] document = Files.readAllBytes(Path.of(arguments[2]));
        int count = Integer.parseInt(arguments[3]);
        ObjectMapper mapper = new ObjectMapper();
        mapper.setSerializationInclusion(JsonInclude.Include.NON_NULL);
        ObjectReader reader = mapper.readerFor(type);
        ObjectWriter writer = mapper.writerFor(type);
        Object value = reader.readValue(document);
        // The same members, so the same length, whatever their order and the digits of round numbers are.
        int difference = Math.abs(writer.writeValueAsBytes(value).length - document.length);
        if (difference > 8) throw new IllegalStateException("the document comes back with " + difference + " bytes more or less");
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double[] rounds = new double[5];
        for (int round = -5; round < 5; round++) {
            long begin = system.getProcessCpuTime();
            for (int i = 0; i < count; i++) sink = decodes ? reader.readValue(document) : writer.writeValueAsBytes(value);
            if (round >= 0) rounds[round] = (system.getProcessCpuTime() - begin) / 1e3 / count;
        }
        Arrays.sort(rounds);
        System.out.println(rounds[2]);
    }
}
