# Runs scenarios with Ruby's binding (ruby-remctl): see ../play.ts.
require 'digest'
require 'json'
require 'remctl'

$stdout.sync = true

def argument(described)
  return [described['hex']].pack('H*') if described.key?('hex')

  described['fill'] * described['length']
end

def seen(output)
  output = (output || '').b
  shown = output.bytesize <= 16_384 ? output.unpack1('H*') : nil
  { length: output.bytesize, sha256: Digest::SHA256.hexdigest(output), hex: shown }
end

def simple(job, command)
  Remctl.default_port = job['port']
  result = Remctl.remctl(job['host'], *command)
  { stdout: seen(result.stdout), stderr: seen(result.stderr), status: result.status }
rescue Remctl::Error => e
  { refused: e.message }
end

def full(client, command)
  pieces = []
  client.command(*command)
  loop do
    type, output, stream, status, error = client.output
    if type == :output
      if pieces.any? && pieces.last[0] == stream
        pieces.last[1] << output
      else
        pieces << [stream, output.b]
      end
      next
    end
    outputs = pieces.map { |number, text| [number, seen(text)] }
    return { output: outputs, status: status } if type == :status

    return { output: outputs, code: error, text: seen(output) }
  end
end

def run(job, scenario)
  answers = []
  client = nil
  begin
    if job['interface'] == 'full'
      Remctl.timeout = scenario['timeout'] || 0
      client = Remctl.new(job['host'], job['port'], job['principal'])
    end
    scenario['steps'].each do |step|
      if step == 'noop'
        client.noop
        answers << { noop: true }
        next
      end
      command = step.map { |each| argument(each) }
      answers << (client ? full(client, command) : simple(job, command))
    end
  rescue Remctl::Error => e
    answers << { failure: e.message }
  end
  answers
end

job = JSON.parse($stdin.read)
job['scenarios'].each do |scenario|
  puts JSON.generate([scenario['id'], run(job, scenario)])
end
