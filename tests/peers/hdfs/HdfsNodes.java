import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.http.server.HttpFSServerWebServer;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.security.authorize.ProxyUsers;

/**
 * A name node, a data node and maybe HttpFS in this process; the user weir has /logs. Arguments: DIR PORT RPC_PORT HTTPFS_PORT
 * [SETTING=VALUE]...; no HttpFS if its port is 0.
 */
final class HdfsNodes {
  private static Configuration settingsOf(String[] arguments) {
    Configuration all = new HdfsConfiguration();
    all.set("fs.defaultFS", "hdfs://127.0.0.1:" + arguments[2]);
    all.set("dfs.namenode.http-address", "127.0.0.1:" + arguments[1]);
    all.set("dfs.namenode.rpc-address", "127.0.0.1:" + arguments[2]);
    all.set("dfs.namenode.name.dir", "file://" + arguments[0] + "/name");
    all.set("dfs.datanode.data.dir", "file://" + arguments[0] + "/data");
    all.setInt("dfs.replication", 1);
    all.setInt("dfs.namenode.safemode.extension", 0);
    all.setInt("dfs.heartbeat.interval", 1);
    all.setBoolean("dfs.namenode.datanode.registration.ip-hostname-check", false);
    all.set("dfs.datanode.hostname", "127.0.0.1");
    for (String door : List.of("address", "http.address", "ipc.address")) {
      all.set("dfs.datanode." + door, "127.0.0.1:0");
    }
    // There is no other data node to replace one with.
    all.set("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER");
    all.set("hadoop.proxyuser." + System.getProperty("user.name") + ".hosts", "*");
    all.set("hadoop.proxyuser." + System.getProperty("user.name") + ".groups", "*");
    for (String argument : List.of(arguments).subList(4, arguments.length)) {
      int equals = argument.indexOf('=');
      all.set(argument.substring(0, equals), argument.substring(equals + 1));
    }
    return all;
  }

  private static void prepare(Configuration settings) throws Exception {
    try (DistributedFileSystem files = (DistributedFileSystem) FileSystem.get(settings)) {
      while (files.getDataNodeStats().length < 1 || files.isInSafeMode()) {
        Thread.sleep(50);
      }
      org.apache.hadoop.fs.Path logs = new org.apache.hadoop.fs.Path("/logs");
      files.mkdirs(logs);
      files.setOwner(logs, "weir", "weir");
      files.setPermission(logs, new FsPermission((short) 0755));
    }
  }

  private static void write(Configuration all, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      all.writeXml(out);
    }
  }

  private static void startHttpFs(Path home, String port, Configuration settings) throws Exception {
    for (String name : List.of("conf", "log", "temp")) {
      Files.createDirectories(home.resolve(name));
      System.setProperty("httpfs." + (name.equals("conf") ? "config" : name) + ".dir", home.resolve(name).toString());
    }
    System.setProperty("httpfs.home.dir", home.toString());
    Path secret = Files.writeString(home.resolve("conf/signature"), "peer");
    Configuration client = new Configuration(false);
    for (String name : List.of("fs.defaultFS", "dfs.replication", "dfs.client.block.write.replace-datanode-on-failure.policy")) {
      client.set(name, settings.get(name));
    }
    write(client, home.resolve("conf/core-site.xml"));
    client.set("httpfs.hadoop.config.dir", home.resolve("conf").toString());
    client.set("httpfs.authentication.signature.secret.file", secret.toString());
    write(client, home.resolve("conf/httpfs-site.xml"));
    Configuration own = new Configuration(settings);
    own.set("httpfs.http.hostname", "127.0.0.1");
    own.set("httpfs.http.port", port);
    own.set("hadoop.http.authentication.signature.secret.file", secret.toString());
    Constructor<HttpFSServerWebServer> make = HttpFSServerWebServer.class.getDeclaredConstructor(Configuration.class, Configuration.class);
    make.setAccessible(true);
    make.newInstance(own, new Configuration(false)).start();
    // HttpFS put its own in the place of who may act for whom, which a process has once.
    ProxyUsers.refreshSuperUserGroupsConfiguration(settings);
  }

  public static void main(String[] arguments) throws Exception {
    DefaultMetricsSystem.setMiniClusterMode(true);
    Configuration settings = settingsOf(arguments);
    try {
      if (!Files.exists(Path.of(arguments[0], "name/current/VERSION"))) {
        NameNode.format(settings);
      }
      NameNode.createNameNode(new String[] {}, settings);
      DataNode.createDataNode(new String[] {}, settings);
      prepare(settings);
      if (!arguments[3].equals("0")) {
        startHttpFs(Path.of(arguments[0], "httpfs"), arguments[3], settings);
      }
      Files.writeString(Path.of(arguments[0], "ready"), "");
    } catch (Exception problem) {
      problem.printStackTrace();
      System.exit(1); // some of its threads would go on
    }
    Thread.currentThread().join();
  }
}
